"""Under whose law a cloud region stands: ISO 3166 country codes, and "eu" for its members.

https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html,
https://learn.microsoft.com/azure/reliability/regions-list and
https://cloud.google.com/compute/docs/regions-zones are where to check it. Regions of
one's own hosts have no row: their tenant says where they are (``SovereigntyPolicy.own_sites``).
"""

from __future__ import annotations

from collections.abc import Mapping

from novacron.models.account import ProviderType

EU = frozenset(["at", "be", "de", "dk", "es", "fi", "fr", "gr", "ie", "it", "nl", "pl", "pt", "se"])
"""Members that have a region of one of the clouds."""

_AWS = """
za: af-south-1
hk: ap-east-1
tw: ap-east-2
jp: ap-northeast-1 ap-northeast-3
kr: ap-northeast-2
in: ap-south-1 ap-south-2
sg: ap-southeast-1
au: ap-southeast-2 ap-southeast-4
id: ap-southeast-3
my: ap-southeast-5
nz: ap-southeast-6
th: ap-southeast-7
ca: ca-central-1 ca-west-1
de: eu-central-1
ch: eu-central-2
se: eu-north-1
it: eu-south-1
es: eu-south-2
ie: eu-west-1
gb: eu-west-2
fr: eu-west-3
il: il-central-1
ae: me-central-1
bh: me-south-1
mx: mx-central-1
br: sa-east-1
us: us-east-1 us-east-2 us-west-1 us-west-2
"""
_AZURE = """
au: australiacentral australiacentral2 australiaeast australiasoutheast
at: austriaeast
br: brazilsouth brazilsoutheast
cl: chilecentral
ca: canadacentral canadaeast
in: centralindia southindia westindia
hk: eastasia
fr: francecentral francesouth
de: germanycentral germanynorth germanynortheast germanywestcentral
id: indonesiacentral
il: israelcentral
it: italynorth
jp: japaneast japanwest
kr: koreacentral koreasouth
my: malaysiawest
mx: mexicocentral
nz: newzealandnorth
ie: northeurope
no: norwayeast norwaywest
pl: polandcentral
qa: qatarcentral
za: southafricanorth southafricawest
sg: southeastasia
es: spaincentral
se: swedencentral swedensouth
ch: switzerlandnorth switzerlandwest
ae: uaecentral uaenorth
gb: uksouth ukwest
us: centralus eastus eastus2 northcentralus southcentralus westcentralus westus westus2 westus3
us: usgovarizona usgovtexas usgovvirginia
nl: westeurope
"""
_GCP = """
za: africa-south1
tw: asia-east1
hk: asia-east2
jp: asia-northeast1 asia-northeast2
kr: asia-northeast3
in: asia-south1 asia-south2
sg: asia-southeast1
id: asia-southeast2
th: asia-southeast3
au: australia-southeast1 australia-southeast2
pl: europe-central2
fi: europe-north1
se: europe-north2
es: europe-southwest1
be: europe-west1
de: europe-west10 europe-west3
it: europe-west12 europe-west8
gb: europe-west2
nl: europe-west4
ch: europe-west6
fr: europe-west9
qa: me-central1
sa: me-central2
il: me-west1
ca: northamerica-northeast1 northamerica-northeast2
mx: northamerica-south1
br: southamerica-east1
cl: southamerica-west1
us: us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 us-west3 us-west4
"""


def _rows(text: str) -> Mapping[str, str]:
    pairs = (line.split(":") for line in text.strip().splitlines())
    return {region: country for country, regions in pairs for region in regions.split()}


COUNTRIES: Mapping[ProviderType, Mapping[str, str]] = {
    ProviderType.AWS: _rows(_AWS),
    ProviderType.AZURE: _rows(_AZURE),
    ProviderType.GCP: _rows(_GCP),
}


def jurisdictions(provider: ProviderType, region: str) -> frozenset[str]:
    """Such as {"de", "eu"}; empty where it is not known."""
    country = COUNTRIES.get(provider, {}).get(region)
    if country is None:
        return frozenset()
    return frozenset({country, "eu"}) if country in EU else frozenset({country})
