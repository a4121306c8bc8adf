"""Two small nets; torch is an extra (`train`) and is handed to them."""

from typing import Any

from inplane.trials.learning import convolution


def patch_classifier(torch: Any) -> Any:
    """Patches (n, 1, 64, 64) to one logit each; 0.09 M parameters, plain 3x3 convolutions, mean over what is left."""
    nn = torch.nn
    return nn.Sequential(
        convolution(nn, (1, 24), stride=2),
        convolution(nn, (24, 32), stride=2),
        convolution(nn, (32, 48)),
        convolution(nn, (48, 64), stride=2),
        convolution(nn, (64, 64)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64, 1),
    )


SEGMENTER_WIDTHS = (16, 32, 64, 96, 144)


def segmenter(torch: Any) -> Any:
    """The parts of a small U-Net with a stem of stride 2; 1.0 M parameters. Run it with `segment`."""
    nn = torch.nn
    w = SEGMENTER_WIDTHS
    parts = nn.ModuleDict()
    parts["down0"] = nn.Sequential(convolution(nn, (1, w[0]), stride=2), convolution(nn, (w[0], w[0])))
    for level in range(1, len(w)):
        parts[f"down{level}"] = nn.Sequential(
            convolution(nn, (w[level - 1], w[level]), stride=2), convolution(nn, (w[level], w[level]))
        )
    for level in range(len(w) - 2, -1, -1):
        parts[f"up{level}"] = nn.Sequential(
            convolution(nn, (w[level + 1] + w[level], w[level])), convolution(nn, (w[level], w[level]))
        )
    parts["out"] = nn.Conv2d(w[0], 3, 1)
    return parts


def segment(torch: Any, parts: Any, pictures: Any) -> Any:
    """(n, 3, side, side) logits of background, nerve and vessel for (n, 1, side, side) pictures."""
    resize = torch.nn.functional.interpolate
    levels: list[Any] = []
    now = pictures
    for level in range(len(SEGMENTER_WIDTHS)):
        now = parts[f"down{level}"](now)
        levels.append(now)
    for level in range(len(SEGMENTER_WIDTHS) - 2, -1, -1):
        larger = resize(now, size=levels[level].shape[-2:], mode="bilinear", align_corners=False)
        now = parts[f"up{level}"](torch.cat((larger, levels[level]), dim=1))
    return resize(parts["out"](now), size=pictures.shape[-2:], mode="bilinear", align_corners=False)


def dice_and_entropy(torch: Any, logits: Any, target: Any) -> Any:
    """Cross-entropy plus one less the mean soft Dice of nerve and vessel over the batch.

    References:
        Milletari F et al. 3DV 2016, doi:10.1109/3DV.2016.79 (the Dice loss).
    """
    entropy = torch.nn.functional.cross_entropy(logits, target)
    share = torch.softmax(logits, dim=1)[:, 1:]
    truth = torch.nn.functional.one_hot(target, 3).permute(0, 3, 1, 2)[:, 1:].to(share.dtype)
    both = (share * truth).sum(dim=(0, 2, 3))
    each = share.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    return entropy + 1 - ((2 * both + 1) / (each + 1)).mean()
