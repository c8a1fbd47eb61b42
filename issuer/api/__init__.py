"""The register over HTTP: JSON for site software and staff, as `spec/openapi/issuer.yaml` says."""
