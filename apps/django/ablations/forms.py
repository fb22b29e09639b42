"""
The same application with Django's own forms for the order: DJANGO_URLCONF=ablations.forms.

A form knows no objects in it, since browsers send none. So two fields of our
own hold another form, once and in a list, and keep what it says by its path.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.urls import path
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from config.urls import urlpatterns as others


type Errors = Iterator[tuple[tuple, str]]


class JSONForm(forms.Form):
    """A form over a parsed object, with errors of the forms inside it."""

    def paths(self) -> Errors:
        """Every error with its path."""
        for name, found in self.errors.as_data().items():
            for error in found:
                inner = getattr(error, "paths", None)
                if inner is None:
                    yield (name,), " ".join(error.messages)
                else:
                    yield from (((name, *loc), message) for loc, message in inner)


class WrongInside(ValidationError):
    """Errors of a form or a list, with their paths from there on."""

    def __init__(self, paths: list[tuple[tuple, str]]) -> None:
        super().__init__("Something in it is wrong.")
        self.paths = paths


class FormField(forms.Field):
    """An object that is itself a form."""

    def __init__(self, form: type[JSONForm]) -> None:
        super().__init__()
        self.form = form

    def clean(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("An object is required.")
        form = self.form(value)
        if not form.is_valid():
            raise WrongInside(list(form.paths()))
        return form.cleaned_data


class ListField(forms.Field):
    """A list whose every element one field cleans."""

    def __init__(self, field: forms.Field, low: int, high: int) -> None:
        super().__init__()
        self.field, self.low, self.high = field, low, high

    def clean(self, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValidationError("A list is required.")
        if not self.low <= len(value) <= self.high:
            raise ValidationError(f"From {self.low} to {self.high} are required.")
        cleaned, wrong = [], []
        for index, one in enumerate(value):
            try:
                cleaned.append(self.field.clean(one))
            except WrongInside as error:
                wrong += [((index, *loc), message) for loc, message in error.paths]
            except ValidationError as error:
                wrong.append(((index,), " ".join(error.messages)))
        if wrong:
            raise WrongInside(wrong)
        return cleaned


class TextDateField(forms.DateField):
    """A date in a text: of numbers, Django's own would ask for their blanks."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise ValidationError("A date as YYYY-MM-DD is required.")
        return super().to_python(value)


def matching(pattern: str, **options: Any) -> forms.CharField:
    """A text of that form."""
    return forms.CharField(validators=[RegexValidator(pattern)], **options)


class GeoForm(JSONForm):
    lat = forms.FloatField(min_value=-90, max_value=90)
    lon = forms.FloatField(min_value=-180, max_value=180)


class AddressForm(JSONForm):
    street = forms.CharField(max_length=120)
    city = forms.CharField(max_length=60)
    postcode = matching(r"^[0-9]{5}$")
    geo = FormField(GeoForm)


class CustomerForm(JSONForm):
    name = forms.CharField(max_length=80)
    email = matching(r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=120)
    address = FormField(AddressForm)


class OptionForm(JSONForm):
    key = forms.CharField(max_length=30)
    value = forms.CharField(max_length=60, required=False)


class ItemForm(JSONForm):
    sku = matching(r"^[A-Z]{2}[0-9]{4}$")
    qty = forms.IntegerField(min_value=1, max_value=999)
    unit_cents = forms.IntegerField(min_value=0, max_value=10_000_000)
    tags = ListField(forms.CharField(max_length=20), 0, 5)
    options = ListField(FormField(OptionForm), 0, 5)


class OrderForm(JSONForm):
    order_id = matching(r"^[A-Z]{3}-[0-9]{6}$")
    placed_on = TextDateField(input_formats=["%Y-%m-%d"])
    customer = FormField(CustomerForm)
    items = ListField(FormField(ItemForm), 1, 50)
    coupon = forms.CharField(max_length=20, required=False)


ORDER = FormField(OrderForm)


@api_view(["POST"])
def validate(request: Request) -> Response:
    try:
        order = ORDER.clean(request.data)
    except WrongInside as error:
        errors = [{"loc": loc, "msg": message} for loc, message in error.paths]
        return Response({"errors": errors}, status=422)
    except ValidationError as error:
        errors = [{"loc": [], "msg": message} for message in error.messages]
        return Response({"errors": errors}, status=422)
    items = order["items"]
    return Response(
        {
            "order_id": order["order_id"],
            "city": order["customer"]["address"]["city"],
            "n_items": len(items),
            "total_cents": sum(item["qty"] * item["unit_cents"] for item in items),
        }
    )


urlpatterns = [path("validate", validate), *others]
