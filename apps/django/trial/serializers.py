"""The nested order of the contract."""

import math

from rest_framework import serializers


class GeoSerializer(serializers.Serializer):
    lat = serializers.FloatField(min_value=-90, max_value=90)
    lon = serializers.FloatField(min_value=-180, max_value=180)


class AddressSerializer(serializers.Serializer):
    street = serializers.CharField(max_length=120)
    city = serializers.CharField(max_length=60)
    postcode = serializers.RegexField(r"^[0-9]{5}$")
    geo = GeoSerializer()


class CustomerSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    email = serializers.RegexField(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=120)
    address = AddressSerializer()


class OptionSerializer(serializers.Serializer):
    key = serializers.CharField(max_length=30)
    value = serializers.CharField(max_length=60, allow_blank=True)


class ItemSerializer(serializers.Serializer):
    sku = serializers.RegexField(r"^[A-Z]{2}[0-9]{4}$")
    qty = serializers.IntegerField(min_value=1, max_value=999)
    unit_cents = serializers.IntegerField(min_value=0, max_value=10_000_000)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=5
    )
    options = OptionSerializer(many=True, max_length=5)


class OrderSerializer(serializers.Serializer):
    order_id = serializers.RegexField(r"^[A-Z]{3}-[0-9]{6}$")
    placed_on = serializers.DateField()
    customer = CustomerSerializer()
    items = ItemSerializer(many=True, min_length=1, max_length=50)
    coupon = serializers.CharField(
        max_length=20, required=False, allow_null=True, allow_blank=True
    )


class LongItemSerializer(ItemSerializer):
    note = serializers.CharField(max_length=200)


class LongOrderSerializer(OrderSerializer):
    items = LongItemSerializer(many=True, min_length=1, max_length=1000)


class LevelSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=40)
    count = serializers.IntegerField(min_value=0, max_value=1_000_000)
    ratio = serializers.FloatField(min_value=0, max_value=1)
    active = serializers.BooleanField()
    tags = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=5
    )


# By depth: each level holds the next one, and the innermost holds none.
LEVELS: dict[int, type[LevelSerializer]] = {1: LevelSerializer}
for depth in range(2, 9):
    LEVELS[depth] = type(
        f"Level{depth}Serializer", (LevelSerializer,), {"child": LEVELS[depth - 1]()}
    )


class FeatureField(serializers.FloatField):
    """A number that one can reckon with: "NaN" and "Infinity" are none."""

    def to_internal_value(self, data):
        value = super().to_internal_value(data)
        if not math.isfinite(value):
            self.fail("invalid")
        return value


class FeaturesSerializer(serializers.Serializer):
    features = serializers.ListField(
        child=FeatureField(min_value=-1_000_000, max_value=1_000_000),
        min_length=64,
        max_length=64,
    )
