"""What design.md section 9 promises, measured: `make bench`, or `python -m benchmarks NAME`."""
