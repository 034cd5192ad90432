"""Tables as CSV and XLSX: a writer whose cells never run, and a reader with limits."""
