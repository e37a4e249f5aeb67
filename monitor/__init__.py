"""itaku (委託, to entrust): whoever is entrusted with customers' data is supervised, truly and provably."""

__version__ = "0.1.0"
