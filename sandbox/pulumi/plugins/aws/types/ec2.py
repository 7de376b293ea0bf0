"""Networks: what `aws.ec2` has of them, and the rules of security groups in `aws.vpc`."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import ADOPTED, OPTIONAL, REQUIRED, Call, Row, Wait
from sandbox.pulumi.plugins.aws.tagging import ec2

EVERYTHING: Final = [{"ipProtocol": "-1", "ipRanges": [{"cidrIp": "0.0.0.0/0"}]}]

VPC: Final = Row(
    service="ec2",
    inputs={
        "cidrBlock": REQUIRED,
        "enableDnsHostnames": False,
        "enableDnsSupport": True,
        "instanceTenancy": "default",
        "tags": OPTIONAL,
    },
    outputs={
        "arn": "arn:{partition}:ec2:{region}:{ownerId}:vpc/{id}",
        "defaultNetworkAclId": "networkAcls[0].networkAclId",
        "defaultSecurityGroupId": "securityGroups[0].groupId",
        "dhcpOptionsId": "dhcpOptionsId",
        "mainRouteTableId": "routeTables[0].routeTableId",
        "defaultRouteTableId": "mainRouteTableId",
        "ownerId": "ownerId",
    },
    create=Call("CreateVpc"),
    id="vpc.vpcId",
    key={"vpcId": "id"},
    reads=(
        Call("DescribeVpcs", at="vpcs[0]"),
        Call("DescribeVpcAttribute", attribute="enableDnsHostnames"),
        Call("DescribeVpcAttribute", attribute="enableDnsSupport"),
        Call("DescribeNetworkAcls", filters={"default": ["true"], "vpc-id": ["$id"]}),
        Call("DescribeSecurityGroups", filters={"group-name": ["default"], "vpc-id": ["$id"]}),
        Call("DescribeRouteTables", filters={"association.main": ["true"], "vpc-id": ["$id"]}),
    ),
    updates=(
        Call("ModifyVpcAttribute", only="enableDnsSupport"),
        Call("ModifyVpcAttribute", only="enableDnsHostnames"),
    ),
    deletes=(Call("DeleteVpc"),),
    gone=("InvalidVpcID.NotFound",),
    tagging=ec2("vpc"),
)

SUBNET: Final = Row(
    service="ec2",
    inputs={
        "availabilityZone": ADOPTED,
        "cidrBlock": REQUIRED,
        "mapPublicIpOnLaunch": False,
        "tags": OPTIONAL,
        "vpcId": REQUIRED,
    },
    outputs={"arn": "subnetArn", "availabilityZoneId": "availabilityZoneId", "ownerId": "ownerId"},
    create=Call("CreateSubnet"),
    id="subnet.subnetId",
    key={"subnetId": "id"},
    reads=(Call("DescribeSubnets", at="subnets[0]"),),
    updates=(Call("ModifySubnetAttribute", only="mapPublicIpOnLaunch"),),
    deletes=(Call("DeleteSubnet"),),
    gone=("InvalidSubnetID.NotFound",),
    tagging=ec2("subnet"),
    ready=Wait(at="state", done=("available",)),
)

INTERNET_GATEWAY: Final = Row(
    service="ec2",
    inputs={"tags": OPTIONAL, "vpcId": OPTIONAL},
    outputs={
        "arn": "arn:{partition}:ec2:{region}:{ownerId}:internet-gateway/{id}",
        "ownerId": "ownerId",
        "vpcId": "attachments[0].vpcId",
    },
    create=Call("CreateInternetGateway"),
    id="internetGateway.internetGatewayId",
    key={"internetGatewayId": "id"},
    reads=(Call("DescribeInternetGateways", at="internetGateways[0]"),),
    updates=(
        Call("DetachInternetGateway", vpcId="$was.vpcId", when="was.vpcId && was.vpcId != vpcId"),
        Call("AttachInternetGateway", only="vpcId", when="vpcId"),
    ),
    deletes=(Call("DetachInternetGateway", vpcId="$vpcId", when="vpcId"), Call("DeleteInternetGateway")),
    gone=("InvalidInternetGatewayID.NotFound", "Gateway.NotAttached"),
    tagging=ec2("internet-gateway"),
)

EIP: Final = Row(
    service="ec2",
    inputs={"domain": ADOPTED, "networkBorderGroup": ADOPTED, "publicIpv4Pool": ADOPTED, "tags": OPTIONAL},
    outputs={
        "allocationId": "allocationId",
        "arn": "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
        "associationId": "associationId",
        "privateIp": "privateIpAddress",
        "publicIp": "publicIp",
    },
    create=Call("AllocateAddress"),
    id="allocationId",
    key={"allocationId": "id"},
    reads=(Call("DescribeAddresses", at="addresses[0]"),),
    deletes=(Call("ReleaseAddress"),),
    gone=("InvalidAllocationID.NotFound",),
    tagging=ec2("elastic-ip"),
)

NAT_GATEWAY: Final = Row(
    service="ec2",
    inputs={
        "allocationId": OPTIONAL,
        "connectivityType": "public",
        "privateIp": ADOPTED,
        "subnetId": REQUIRED,
        "tags": OPTIONAL,
    },
    names={"privateIp": "PrivateIpAddress"},
    outputs={
        "allocationId": "natGatewayAddresses[0].allocationId",
        "associationId": "natGatewayAddresses[0].associationId",
        "networkInterfaceId": "natGatewayAddresses[0].networkInterfaceId",
        "privateIp": "natGatewayAddresses[0].privateIp",
        "publicIp": "natGatewayAddresses[0].publicIp",
    },
    create=Call("CreateNatGateway"),
    id="natGateway.natGatewayId",
    key={"natGatewayId": "id"},
    reads=(Call("DescribeNatGateways", at="natGateways[0]"),),
    deletes=(Call("DeleteNatGateway"),),
    gone=("NatGatewayNotFound",),
    ended={"state": ("deleted",)},
    ready=Wait(at="state", done=("available",), failed=("failed",)),
    tagging=ec2("natgateway"),
)

ROUTE_TABLE: Final = Row(
    service="ec2",
    inputs={"tags": OPTIONAL, "vpcId": REQUIRED},
    outputs={"arn": "arn:{partition}:ec2:{region}:{ownerId}:route-table/{id}", "ownerId": "ownerId"},
    create=Call("CreateRouteTable"),
    id="routeTable.routeTableId",
    key={"routeTableId": "id"},
    reads=(Call("DescribeRouteTables", at="routeTables[0]"),),
    deletes=(Call("DeleteRouteTable"),),
    gone=("InvalidRouteTableID.NotFound",),
    tagging=ec2("route-table"),
)

ROUTE: Final = Row(
    service="ec2",
    inputs={
        "destinationCidrBlock": REQUIRED,
        "gatewayId": OPTIONAL,
        "natGatewayId": OPTIONAL,
        "routeTableId": REQUIRED,
    },
    outputs={"origin": "origin", "state": "state"},
    create=Call("CreateRoute"),
    id="{routeTableId}_{destinationCidrBlock}",
    key={"routeTableId": "routeTableId", "destinationCidrBlock": "destinationCidrBlock"},
    reads=(
        Call(
            "DescribeRouteTables",
            at="routeTables[0].routes[?destinationCidrBlock == $destinationCidrBlock] | [0]",
        ),
    ),
    updates=(Call("ReplaceRoute"),),
    deletes=(Call("DeleteRoute"),),
    gone=("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"),
    exists="RouteAlreadyExists",
    delete_first=True,
)

ROUTE_TABLE_ASSOCIATION: Final = Row(
    service="ec2",
    inputs={"routeTableId": REQUIRED, "subnetId": REQUIRED},
    create=Call("AssociateRouteTable"),
    id="associationId",
    key={"associationId": "id"},
    reads=(
        Call(
            "DescribeRouteTables",
            at="routeTables[0].associations[?routeTableAssociationId == $id] | [0]",
            filters={"association.route-table-association-id": ["$id"]},
        ),
    ),
    deletes=(Call("DisassociateRouteTable"),),
    gone=("InvalidAssociationID.NotFound", "InvalidRouteTableID.NotFound"),
    delete_first=True,
)

VPC_ENDPOINT: Final = Row(
    service="ec2",
    inputs={
        "dnsOptions": ADOPTED,
        "dnsOptions.dnsRecordIpType": ADOPTED,
        "dnsOptions.privateDnsOnlyForInboundResolverEndpoint": ADOPTED,
        "ipAddressType": ADOPTED,
        "policy": ADOPTED,
        "privateDnsEnabled": ADOPTED,
        "routeTableIds": ADOPTED,
        "securityGroupIds": ADOPTED,
        "serviceName": REQUIRED,
        "subnetIds": ADOPTED,
        "tags": OPTIONAL,
        "vpcEndpointType": "Gateway",
        "vpcId": REQUIRED,
    },
    names={"policy": "PolicyDocument"},
    outputs={
        "arn": "arn:{partition}:ec2:{region}:{ownerId}:vpc-endpoint/{id}",
        "dnsEntries": "dnsEntries",
        "networkInterfaceIds": "networkInterfaceIds",
        "ownerId": "ownerId",
        "securityGroupIds": "groups[].groupId",
        "state": "state",
    },
    create=Call("CreateVpcEndpoint"),
    id="vpcEndpoint.vpcEndpointId",
    key={"vpcEndpointId": "id"},
    reads=(Call("DescribeVpcEndpoints", at="vpcEndpoints[0]"),),
    updates=(
        Call(
            "ModifyVpcEndpoint",
            only="dnsOptions ipAddressType policy privateDnsEnabled",
            addRouteTableIds="$added.routeTableIds",
            removeRouteTableIds="$removed.routeTableIds",
            addSecurityGroupIds="$added.securityGroupIds",
            removeSecurityGroupIds="$removed.securityGroupIds",
            addSubnetIds="$added.subnetIds",
            removeSubnetIds="$removed.subnetIds",
        ),
    ),
    deletes=(Call("DeleteVpcEndpoints"),),
    gone=("InvalidVpcEndpointId.NotFound",),
    ended={"state": ("deleted",)},
    ready=Wait(at="state", done=("available", "pendingAcceptance"), failed=("failed", "rejected")),
    documents=("policy",),
    tagging=ec2("vpc-endpoint"),
)

SECURITY_GROUP: Final = Row(
    service="ec2",
    inputs={
        "description": "Managed by Pulumi",
        "name": OPTIONAL,
        "revokeRulesOnDelete": False,
        "tags": OPTIONAL,
        "vpcId": REQUIRED,
    },
    names={"name": "GroupName"},
    outputs={"arn": "securityGroupArn", "ownerId": "ownerId"},
    create=Call("CreateSecurityGroup"),
    # AWS lets a new group send everything anywhere; the provider takes that away, so that what it may is declared.
    settle=(Call("RevokeSecurityGroupEgress", ipPermissions=EVERYTHING),),
    id="groupId",
    key={"groupId": "id"},
    reads=(Call("DescribeSecurityGroups", at="securityGroups[0]"),),
    deletes=(Call("DeleteSecurityGroup"),),
    gone=("InvalidGroup.NotFound",),
    autoname=Autoname("name", 255),
    tagging=ec2("security-group"),
)


SECURITY_GROUP_INGRESS_RULE: Final = Row(
    service="ec2",
    inputs={
        "cidrIpv4": OPTIONAL,
        "description": OPTIONAL,
        "fromPort": OPTIONAL,
        "ipProtocol": REQUIRED,
        "referencedSecurityGroupId": OPTIONAL,
        "securityGroupId": REQUIRED,
        "tags": OPTIONAL,
        "toPort": OPTIONAL,
    },
    names={"securityGroupId": "GroupId"},
    outputs={
        "arn": "securityGroupRuleArn",
        "fromPort": "[fromPort][?@ != `-1`] | [0]",
        "referencedSecurityGroupId": "referencedGroupInfo.securityGroupId",
        "securityGroupRuleId": "securityGroupRuleId",
        "toPort": "[toPort][?@ != `-1`] | [0]",
    },
    create=Call(
        "AuthorizeSecurityGroupIngress",
        only="securityGroupId",
        ipPermissions=[
            {
                "ipProtocol": "$ipProtocol",
                "fromPort": "$fromPort",
                "toPort": "$toPort",
                "ipRanges": [{"cidrIp": "$cidrIpv4", "description": "$cidrIpv4 && description"}],
                "userIdGroupPairs": [
                    {
                        "securityGroupId": "$referencedSecurityGroupId",
                        "description": "$referencedSecurityGroupId && description",
                    }
                ],
            }
        ],
    ),
    id="securityGroupRules[0].securityGroupRuleId",
    key={"securityGroupRuleId": "id"},
    reads=(Call("DescribeSecurityGroupRules", at="securityGroupRules[?!isEgress] | [0]"),),
    updates=(
        Call(
            "ModifySecurityGroupRules",
            only="securityGroupId",
            securityGroupRules=[
                {
                    "securityGroupRuleId": "$id",
                    "securityGroupRule": {
                        "ipProtocol": "$ipProtocol",
                        "fromPort": "$fromPort",
                        "toPort": "$toPort",
                        "cidrIpv4": "$cidrIpv4",
                        "referencedGroupId": "$referencedSecurityGroupId",
                        "description": "$description",
                    },
                }
            ],
        ),
    ),
    deletes=(Call("RevokeSecurityGroupIngress", securityGroupId="$securityGroupId"),),
    gone=("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"),
    replaces=("securityGroupId",),
    tagging=ec2("security-group-rule"),
)

FLOW_LOG: Final = Row(
    service="ec2",
    inputs={
        "iamRoleArn": OPTIONAL,
        "logDestination": ADOPTED,
        "logDestinationType": "cloud-watch-logs",
        "logFormat": ADOPTED,
        "maxAggregationInterval": 600,
        "tags": OPTIONAL,
        "trafficType": REQUIRED,
        "vpcId": REQUIRED,
    },
    names={"iamRoleArn": "DeliverLogsPermissionArn"},
    outputs={"arn": "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}", "vpcId": "resourceId"},
    create=Call("CreateFlowLogs", resourceIds=["$vpcId"], resourceType="VPC"),
    id="flowLogIds[0]",
    key={"flowLogId": "id"},
    reads=(Call("DescribeFlowLogs", at="flowLogs[0]"),),
    deletes=(Call("DeleteFlowLogs"),),
    gone=("InvalidFlowLogId.NotFound",),
    tagging=ec2("vpc-flow-log"),
)

ROWS: Final[Mapping[str, Row]] = {
    "aws:ec2/eip:Eip": EIP,
    "aws:ec2/flowLog:FlowLog": FLOW_LOG,
    "aws:ec2/internetGateway:InternetGateway": INTERNET_GATEWAY,
    "aws:ec2/natGateway:NatGateway": NAT_GATEWAY,
    "aws:ec2/route:Route": ROUTE,
    "aws:ec2/routeTable:RouteTable": ROUTE_TABLE,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ROUTE_TABLE_ASSOCIATION,
    "aws:ec2/securityGroup:SecurityGroup": SECURITY_GROUP,
    "aws:ec2/subnet:Subnet": SUBNET,
    "aws:ec2/vpc:Vpc": VPC,
    "aws:ec2/vpcEndpoint:VpcEndpoint": VPC_ENDPOINT,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SECURITY_GROUP_INGRESS_RULE,
}
