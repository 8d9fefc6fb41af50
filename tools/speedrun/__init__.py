"""The speed run: seconds from a cold start to a given PSNR on Set5 at x2; start at `__main__`."""
