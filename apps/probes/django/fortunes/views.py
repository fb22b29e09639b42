"""The resource: validated, stored, listed."""

from django.db.models import QuerySet
from rest_framework import generics, serializers

from fortunes.models import Fortune


class FortuneSerializer(serializers.ModelSerializer):
    class Meta:
        model = Fortune
        fields = ("id", "message")


class Fortunes(generics.ListCreateAPIView):
    serializer_class = FortuneSerializer

    def get_queryset(self) -> QuerySet[Fortune]:
        fortunes = Fortune.objects.order_by("id")
        if "message" in self.request.query_params:
            return fortunes.filter(message=self.request.query_params["message"])
        return fortunes
