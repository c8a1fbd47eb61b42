"""Every private and every trusted key: signers, the key schedule, the trust bundle."""
