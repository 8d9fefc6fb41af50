"""Picture files to tensors and back: decoding, colour, formats, MATLAB's bicubic, degradation.

It knows no networks and no data sets; it imports errors and system.
"""
