"""Decoders of foreign formats: reads bytes of devices and services, writes observations (collectors/observation.py)."""
