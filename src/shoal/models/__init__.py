"""The networks: one file per architecture or family over shared blocks; their weights and profile.

It knows no picture files and no runs; it imports pictures (for MATLAB's bicubic) and system.
"""
