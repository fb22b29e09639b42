"""A body that nests: checked by REST framework, its errors as they come."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class LevelSerializer(serializers.Serializer):
    text = serializers.CharField()
    whole = serializers.IntegerField()
    number = serializers.FloatField()
    flag = serializers.BooleanField()
    list = serializers.ListField(child=serializers.IntegerField())

    def get_fields(self) -> dict[str, Any]:
        """The fields, and one level more: a serializer cannot name itself."""
        child = LevelSerializer(required=False, allow_null=True)
        return {**super().get_fields(), "child": child}


class Nested(APIView):
    def post(self, request: Request) -> Response:
        LevelSerializer(data=request.data).is_valid(raise_exception=True)
        return Response({"ok": True})
