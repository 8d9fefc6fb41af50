"""Picture files to pixels and back: decoding, colour, formats, MATLAB's bicubic, degradation.

It knows no networks and no data sets; of the package it imports errors and system alone.
"""
