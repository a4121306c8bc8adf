"""OpenIGTLink: a codec, a client and a server, on the standard library and `fastcrc`."""
