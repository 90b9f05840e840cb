"""Law and city policies as dated data, and the typed model that loads them."""

from policies.model import Policy as Policy
