"""Pure Polars: canonical rows and a policy become indicators and scores."""

from transforms.checks import problems_of as problems_of
from transforms.indicators import CATALOGUE as CATALOGUE
from transforms.indicators import READS as READS
from transforms.run import DATASETS_READ as DATASETS_READ
from transforms.run import Results as Results
from transforms.run import score as score
