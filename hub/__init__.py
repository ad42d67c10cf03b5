"""The reference central hub: what a city can run as it is, or test a gateway of its own against."""
