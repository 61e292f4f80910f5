"""Sentiment from series: fitted, filtered, checked, forecast."""
