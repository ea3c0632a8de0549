"""Faults: cells run twice or out of order, work cut short, places that refuse, odd machines."""
