"""Networks: what `aws.ec2` has of them, and the rules of security groups in `aws.vpc`."""

from collections.abc import Mapping
from typing import Final

from sandbox.pulumi.plugins.aws.resource_type import Autoname
from sandbox.pulumi.plugins.aws.row import Call, Row, Wait, declared
from sandbox.pulumi.plugins.aws.tagging import ec2

EVERYTHING: Final = [{"ipProtocol": "-1", "ipRanges": [{"cidrIp": "0.0.0.0/0"}]}]


def _rule(direction: str, which: str) -> Row:
    return Row(
        service="ec2",
        inputs=declared("ipProtocol! securityGroupId! cidrIpv4 description fromPort referencedSecurityGroupId toPort"),
        names={"securityGroupId": "GroupId"},
        told="securityGroupRuleId",
        outputs={
            "arn": "securityGroupRuleArn",
            "fromPort": "[fromPort][?@ != `-1`] | [0]",
            "referencedSecurityGroupId": "referencedGroupInfo.securityGroupId",
            "toPort": "[toPort][?@ != `-1`] | [0]",
        },
        create=Call(
            f"AuthorizeSecurityGroup{direction}",
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
        reads=(Call("DescribeSecurityGroupRules", at=f"securityGroupRules[?{which}] | [0]"),),
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
        deletes=(Call(f"RevokeSecurityGroup{direction}", securityGroupId="$securityGroupId"),),
        gone=("InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"),
        replaces=("securityGroupId",),
        tagging=ec2("security-group-rule"),
    )


ROWS: Final[Mapping[str, Row]] = {
    "aws:ec2/eip:Eip": Row(
        service="ec2",
        inputs=declared("domain~ networkBorderGroup~ publicIpv4Pool~"),
        told="allocationId publicIp",  # and not what a gateway makes of it
        outputs={"arn": "arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}"},
        create=Call("AllocateAddress"),
        id="allocationId",
        reads=(Call("DescribeAddresses", at="addresses[0]"),),
        deletes=(Call("ReleaseAddress"),),
        gone=("InvalidAllocationID.NotFound",),
        tagging=ec2("elastic-ip"),
    ),
    "aws:ec2/flowLog:FlowLog": Row(
        service="ec2",
        inputs=declared(
            "trafficType! vpcId! iamRoleArn logDestination~ logFormat~",
            logDestinationType="cloud-watch-logs",
            maxAggregationInterval=600,
        ),
        names={"iamRoleArn": "DeliverLogsPermissionArn"},
        outputs={"arn": "arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}", "vpcId": "resourceId"},
        create=Call("CreateFlowLogs", resourceIds=["$vpcId"], resourceType="VPC"),
        id="flowLogIds[0]",
        key="flowLogId",
        reads=(Call("DescribeFlowLogs", at="flowLogs[0]"),),
        deletes=(Call("DeleteFlowLogs"),),
        gone=("InvalidFlowLogId.NotFound",),
        tagging=ec2("vpc-flow-log"),
    ),
    "aws:ec2/internetGateway:InternetGateway": Row(
        service="ec2",
        inputs=declared("vpcId"),
        told="ownerId",
        outputs={
            "arn": "arn:{partition}:ec2:{region}:{ownerId}:internet-gateway/{id}",
            "vpcId": "attachments[0].vpcId",
        },
        create=Call("CreateInternetGateway"),
        id="internetGateway.internetGatewayId",
        reads=(Call("DescribeInternetGateways", at="internetGateways[0]"),),
        updates=(
            Call("DetachInternetGateway", vpcId="$was.vpcId", when="was.vpcId && was.vpcId != vpcId"),
            Call("AttachInternetGateway", only="vpcId", when="vpcId"),
        ),
        deletes=(Call("DetachInternetGateway", vpcId="$vpcId", when="vpcId"), Call("DeleteInternetGateway")),
        gone=("InvalidInternetGatewayID.NotFound", "Gateway.NotAttached"),
        tagging=ec2("internet-gateway"),
    ),
    "aws:ec2/natGateway:NatGateway": Row(
        service="ec2",
        inputs=declared("subnetId! allocationId privateIp~", connectivityType="public"),
        names={"privateIp": "PrivateIpAddress"},
        told="associationId networkInterfaceId publicIp",
        create=Call("CreateNatGateway"),
        id="natGateway.natGatewayId",
        reads=(Call("DescribeNatGateways", at="natGateways[].merge(@, natGatewayAddresses[0]) | [0]"),),
        deletes=(Call("DeleteNatGateway"),),
        gone=("NatGatewayNotFound",),
        ended={"state": ("deleted",)},
        ready=Wait(at="state", done=("available",), failed=("failed",)),
        tagging=ec2("natgateway"),
    ),
    "aws:ec2/route:Route": Row(
        service="ec2",
        inputs=declared("destinationCidrBlock! routeTableId! gatewayId natGatewayId"),
        told="origin state",
        create=Call("CreateRoute"),
        id="{routeTableId}_{destinationCidrBlock}",
        reads=(
            Call(
                "DescribeRouteTables", at="routeTables[0].routes[?destinationCidrBlock == $destinationCidrBlock] | [0]"
            ),
        ),
        updates=(Call("ReplaceRoute"),),
        deletes=(Call("DeleteRoute"),),
        gone=("InvalidRouteTableID.NotFound", "InvalidRoute.NotFound"),
        exists="RouteAlreadyExists",
        delete_first=True,
    ),
    "aws:ec2/routeTable:RouteTable": Row(
        service="ec2",
        inputs=declared("vpcId!"),
        told="ownerId",
        outputs={"arn": "arn:{partition}:ec2:{region}:{ownerId}:route-table/{id}"},
        create=Call("CreateRouteTable"),
        id="routeTable.routeTableId",
        reads=(Call("DescribeRouteTables", at="routeTables[0]"),),
        deletes=(Call("DeleteRouteTable"),),
        gone=("InvalidRouteTableID.NotFound",),
        tagging=ec2("route-table"),
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": Row(
        service="ec2",
        inputs=declared("routeTableId! subnetId!"),
        create=Call("AssociateRouteTable"),
        id="associationId",
        lists=Call("DescribeRouteTables", at="routeTables[].associations[].routeTableAssociationId"),
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
    ),
    "aws:ec2/securityGroup:SecurityGroup": Row(
        service="ec2",
        inputs=declared("vpcId! name", description="Managed by Pulumi", revokeRulesOnDelete=False),
        names={"name": "GroupName"},
        told="ownerId",
        outputs={"arn": "securityGroupArn"},
        create=Call("CreateSecurityGroup"),
        # AWS lets a new group send everything anywhere; the provider takes that away, so that what it may is declared.
        settle=(Call("RevokeSecurityGroupEgress", ipPermissions=EVERYTHING),),
        id="groupId",
        reads=(Call("DescribeSecurityGroups", at="securityGroups[0]"),),
        deletes=(Call("DeleteSecurityGroup"),),
        gone=("InvalidGroup.NotFound",),
        autoname=Autoname("name", 255),
        tagging=ec2("security-group"),
    ),
    "aws:ec2/subnet:Subnet": Row(
        service="ec2",
        inputs=declared("cidrBlock! vpcId! availabilityZone~", mapPublicIpOnLaunch=False),
        told="availabilityZoneId ownerId",
        outputs={"arn": "subnetArn"},
        create=Call("CreateSubnet"),
        id="subnet.subnetId",
        reads=(Call("DescribeSubnets", at="subnets[0]"),),
        updates=(Call("ModifySubnetAttribute", only="mapPublicIpOnLaunch"),),
        deletes=(Call("DeleteSubnet"),),
        gone=("InvalidSubnetID.NotFound",),
        tagging=ec2("subnet"),
        ready=Wait(at="state", done=("available",)),
    ),
    "aws:ec2/vpc:Vpc": Row(
        service="ec2",
        inputs=declared("cidrBlock!", enableDnsHostnames=False, enableDnsSupport=True, instanceTenancy="default"),
        told="dhcpOptionsId ownerId",
        outputs={
            "arn": "arn:{partition}:ec2:{region}:{ownerId}:vpc/{id}",
            "defaultNetworkAclId": "networkAcls[0].networkAclId",
            "defaultSecurityGroupId": "securityGroups[0].groupId",
            "mainRouteTableId": "routeTables[0].routeTableId",
            "defaultRouteTableId": "mainRouteTableId",
        },
        create=Call("CreateVpc"),
        id="vpc.vpcId",
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
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Row(
        service="ec2",
        inputs=declared(
            "serviceName! vpcId! ipAddressType~ policy~ privateDnsEnabled~ routeTableIds~ securityGroupIds~ subnetIds~",
            "dnsOptions~ dnsOptions.dnsRecordIpType~ dnsOptions.privateDnsOnlyForInboundResolverEndpoint~",
            vpcEndpointType="Gateway",
        ),
        names={"policy": "PolicyDocument"},
        told="dnsEntries networkInterfaceIds ownerId state",
        outputs={
            "arn": "arn:{partition}:ec2:{region}:{ownerId}:vpc-endpoint/{id}",
            "securityGroupIds": "groups[].groupId",
        },
        create=Call("CreateVpcEndpoint"),
        id="vpcEndpoint.vpcEndpointId",
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
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _rule("Egress", "isEgress"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _rule("Ingress", "!isEgress"),
}
