"""RV32IMAFDC for timing models: decoding, records of blocks, and what all pipelines share."""
