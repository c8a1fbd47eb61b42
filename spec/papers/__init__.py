"""The QR codes of identity papers: CCCD, BHYT, and the unified code of 2021 (section 17)."""
