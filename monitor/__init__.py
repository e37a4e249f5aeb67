"""itaku (委託, to entrust): the promise that whoever is entrusted with customers' data is supervised, made true and provable."""

__version__ = "0.1.0"
