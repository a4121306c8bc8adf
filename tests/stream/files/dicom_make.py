"""Small ultrasound DICOM files, made for a test: every transfer syntax that can be written here, and broken ones."""

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, UltrasoundImageStorage, UltrasoundMultiFrameImageStorage

GDCM_SYNTAX = {
    "1.2.840.10008.1.2.4.57": "JPEGLosslessProcess14",
    "1.2.840.10008.1.2.4.70": "JPEGLosslessProcess14_1",
    "1.2.840.10008.1.2.4.80": "JPEGLSLossless",
    "1.2.840.10008.1.2.4.81": "JPEGLSNearLossless",
    "1.2.840.10008.1.2.4.90": "JPEG2000Lossless",
    "1.2.840.10008.1.2.4.91": "JPEG2000",
}


def scene(rows: int = 48, columns: int = 64, frames: int = 1, *, color: bool = False, seed: int = 0) -> np.ndarray:
    """(frames, rows, columns[, 3]) like a scanner's screen: mostly black, a speckled part, a colored box."""
    rng = np.random.default_rng(seed)
    grey = np.zeros((frames, rows, columns), dtype=np.uint8)
    part = grey[:, rows // 6 : -rows // 6, columns // 4 : -columns // 4]
    part[:] = rng.integers(20, 220, part.shape)
    if not color:
        return grey
    rgb = np.repeat(grey[..., None], 3, axis=-1)
    rgb[:, rows // 3 : rows // 2, columns // 3 : columns // 2] = (200, 30, 10)
    return rgb


def region(**tags: Any) -> Dataset:
    """A tissue region of 0.1 mm pixels over columns 8 to 55 and rows 4 to 43, as far as `tags` do not say otherwise."""
    item = Dataset()
    values = {
        "RegionSpatialFormat": 1,
        "RegionDataType": 1,
        "RegionFlags": 2,
        "RegionLocationMinX0": 8,
        "RegionLocationMinY0": 4,
        "RegionLocationMaxX1": 55,
        "RegionLocationMaxY1": 43,
        "PhysicalUnitsXDirection": 3,
        "PhysicalUnitsYDirection": 3,
        "PhysicalDeltaX": 0.01,
        "PhysicalDeltaY": 0.01,
        **tags,
    }
    for name, value in values.items():
        if value is not None:
            setattr(item, name, value)
    return item


def dataset(pixels: np.ndarray, photometric: str = "MONOCHROME2", **tags: Any) -> Dataset:
    """A data set of (frames, rows, columns[, 3]) pixels, uncompressed; other tags by keyword, None leaves one out."""
    many = pixels.shape[0] > 1
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage if many else UltrasoundImageStorage
    meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    found = Dataset()
    found.file_meta = meta
    bits = pixels.dtype.itemsize * 8
    values = {
        "SOPClassUID": meta.MediaStorageSOPClassUID,
        "SOPInstanceUID": "1.2.3.4",
        "Modality": "US",
        "PatientName": "SECRET^NAME",
        "PatientID": "SECRET-ID",
        "Manufacturer": "Acme",
        "ManufacturerModelName": "Sono 1",
        "SamplesPerPixel": 3 if pixels.ndim == 4 else 1,
        "PhotometricInterpretation": photometric,
        "Rows": pixels.shape[1],
        "Columns": pixels.shape[2],
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"),
    }
    if pixels.ndim == 4:
        values["PlanarConfiguration"] = 0
    if many:
        values["NumberOfFrames"] = pixels.shape[0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tests write what a careful writer would not
        for name, value in {**values, **tags}.items():
            if value is not None:
                setattr(found, name, value)
    found.PixelData = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    found["PixelData"].VR = "OB" if bits == 8 else "OW"
    return found


def save(found: Dataset, path: Path, **how: Any) -> Path:
    """Writes a data set, whatever is wrong with it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found.save_as(path, enforce_file_format=False, **how)
    return path


def compressed(found: Dataset, path: Path, syntax: str, streams: list[bytes], **how: Any) -> Path:
    """Writes a data set with these compressed frames."""
    found.file_meta.TransferSyntaxUID = UID(syntax)
    found.PixelData = encapsulate(streams, **how)
    found["PixelData"].VR = "OB"
    found["PixelData"].is_undefined_length = True
    return save(found, path)


def jpeg(pixels: np.ndarray, **how: Any) -> bytes:
    """One frame as baseline JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=95, **how)
    return buffer.getvalue()


def j2k(pixels: np.ndarray, **how: Any) -> bytes:
    """One frame as a JPEG 2000 codestream."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG2000", no_jp2=True, **how)
    return buffer.getvalue()


def by_gdcm(found: Dataset, path: Path, syntax: str) -> Path:
    """Writes a data set, compressed by GDCM."""
    import gdcm  # before NumPy it breaks Numba: it makes its C++ library visible to all that comes after

    plain = save(found, path.with_suffix(".plain"))
    reader = gdcm.ImageReader()
    reader.SetFileName(str(plain))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, GDCM_SYNTAX[syntax])))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    plain.unlink()
    return path


def stored(path: Path) -> np.ndarray:
    """What another library decodes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(path, force=True).pixel_array
