"""ARM's error codes: what they mean, and which field of a request each is about.

All in lower case: Azure's providers do not agree on the case of their codes.
"""

from __future__ import annotations

from novacron.errors import (
    AuthenticationFailed,
    Conflict,
    InvalidSpec,
    NoCapacity,
    NotFound,
    NotReady,
    NovaCronError,
    PermissionDenied,
    ProviderUnavailable,
    QuotaExceeded,
    Throttled,
    Unsupported,
)

_CODES: dict[type[NovaCronError], str] = {
    AuthenticationFailed: """AuthenticationFailed ExpiredAuthenticationToken
        InvalidAuthenticationToken InvalidAuthenticationTokenTenant
        InvalidAuthenticationTokenAudience""",
    PermissionDenied: """AuthorizationFailed LinkedAuthorizationFailed RequestDisallowedByPolicy
        ReadOnlyDisabledSubscription SubscriptionNotRegistered DisallowedProvider
        MissingSubscriptionRegistration MarketplacePurchaseEligibilityFailed ScopeLocked
        ImageSharingAuthorizationFailed Forbidden SubscriptionNotFound InvalidSubscriptionId""",
    Throttled: "TooManyRequests OperationThrottled SubscriptionRequestsThrottled",
    QuotaExceeded: """QuotaExceeded ResourceQuotaExceeded DiskQuotaExceeded SnapshotCountExceeded
        PublicIPCountLimitReached ResourceCountExceedsLimitDueToTemplate
        MaxStorageAccountsCountPerSubscriptionExceeded ResourceGroupQuotaExceeded
        NetworkInterfaceCountExceeded""",
    NoCapacity: """AllocationFailed ZonalAllocationFailed SkuNotAvailable
        OverconstrainedAllocationRequest OverconstrainedZonalAllocationRequest
        SpotAllocationFailed EvictedSpot SubnetIsFull
        AllocationTimeout""",
    NotReady: """AnotherOperationInProgress OperationPreempted RetryableError
        RetryableErrorDueToAnotherOperation ReferencedResourceNotProvisioned
        CanceledAndSupersededDueToAnotherOperation OperationPreemptedByMoreRecentOperation
        DiskProcessingError SnapshotProcessingError""",
    Conflict: """AttachDiskWhileBeingDetached ConflictingUserInput DiskInUse DiskIsInUse
        InUseNetworkSecurityGroupCannotBeDeleted InUseSubnetCannotBeDeleted
        InUseSubnetworkCannotBeDeleted NicInUse OperationNotAllowed PropertyChangeNotAllowed
        PublicIPAddressCannotBeDeleted PublicIPAddressInUse ResourceDeploymentFailure
        VirtualNetworkInUse VMNotRunning SnapshotInUse ImageInUse Conflict""",
    NotFound: "ResourceNotFound NotFound ResourceGroupNotFound ParentResourceNotFound",
    InvalidSpec: """BadRequest InvalidApiVersionParameter InvalidAvailabilityZone
        InvalidParameter InvalidParameterValue InvalidRequestContent InvalidRequestFormat
        InvalidResourceLocation InvalidResourceName InvalidResourceReference InvalidSkipToken
        InvalidTagName LocationNotAvailableForResourceType LocationRequired
        NetcfgInvalidSubnet NetcfgSubnetRangesOverlap NetcfgInvalidAddressPrefix
        NetcfgSubnetRangeOutsideVnet PlatformImageNotFound GalleryImageNotFound ImageNotFound
        SecurityRuleConflict SecurityRuleInvalidAddressPrefix SecurityRuleInvalidPortRange
        SecurityRuleInvalidPriority SecurityRuleParameterContainsUnsupportedValue
        InvalidAddressPrefixFormat InvalidFilterInQueryString ResizeDiskError
        VMSizeNotSupported VMImageIncompatibleHypervisorGeneration
        ResourceTypeNotSupportAvailabilityZones InvalidVMSize InvalidDeploymentParameterValue""",
    Unsupported: "NotSupported FeatureNotSupported SubscriptionNotRegisteredForFeature",
    ProviderUnavailable: """GatewayTimeout InternalError InternalServerError InternalExecutionError
        InternalDiskManagementError InternalOperationError OperationTimedOut
        NetworkingInternalOperationError OSProvisioningTimedOut OSProvisioningClientError
        OSProvisioningInternalError ServerTimeout ServiceUnavailable VMStartTimedOut""",
}
TABLE: dict[str, type[NovaCronError]] = {
    code.lower(): kind for kind, codes in _CODES.items() for code in codes.split()
}
"""Error code -> class. One that is not here goes by its status; see ``BY_STATUS``."""

BY_STATUS: dict[int, type[NovaCronError]] = {
    400: InvalidSpec,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    416: InvalidSpec,
    429: Throttled,
}

REFERENCES = (
    ("/subnets/", "subnet_id"),
    ("/networksecuritygroups/", "firewall_ids"),
    ("microsoft.compute/images/", "image"),
    ("/galleries/", "image"),
)
"""What a refused create names wrongly, by the ids in Azure's message."""

FIELDS: dict[str, str] = {
    # by code
    "platformimagenotfound": "image",
    "galleryimagenotfound": "image",
    "imagenotfound": "image",
    "vmimageincompatiblehypervisorgeneration": "image",
    "vmsizenotsupported": "instance_type",
    "invalidvmsize": "instance_type",
    "invalidavailabilityzone": "zone",
    "resourcetypenotsupportavailabilityzones": "zone",
    "locationnotavailableforresourcetype": "region",
    "netcfginvalidsubnet": "subnets",
    "netcfgsubnetrangesoverlap": "subnets",
    "netcfgsubnetrangeoutsidevnet": "subnets",
    "netcfginvalidaddressprefix": "cidr",
    "invalidaddressprefixformat": "cidr",
    "resizediskerror": "size_gib",
    "securityruleconflict": "firewall_rules",
    "securityruleinvalidaddressprefix": "firewall_rules",
    "securityruleinvalidportrange": "firewall_rules",
    "securityruleinvalidpriority": "firewall_rules",
    "invalidskiptoken": "cursor",
    "privateipaddressinuse": "private_ip",
    "privateipaddressinreservedrange": "private_ip",
    "privateipaddressisallocated": "private_ip",
    "privateipaddressnotinsubnet": "private_ip",
    # by the last part of the error's target
    "vmsize": "instance_type",
    "imagereference": "image",
    "disksizegb": "size_gib",
    "zones": "zone",
    "customdata": "user_data",
    "skuname": "volume_class",
}
