"""Law and city policies as dated data, and the typed model that loads them."""

from policies.documents import PolicyError as PolicyError
from policies.loading import available_policies as available_policies
from policies.loading import load_policy as load_policy
from policies.loading import policy_hash as policy_hash
from policies.model import Policy as Policy
from policies.period import Period as Period
