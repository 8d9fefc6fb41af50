"""Deep and shallow networks for image super-resolution, trained together and compared exactly."""
