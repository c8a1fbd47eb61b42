"""Dose records as FHIR R4 Immunization resources."""
