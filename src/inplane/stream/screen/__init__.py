"""Reading a scanner's screen: where the picture lies in it, what shape its field of view has, and its ruler."""
