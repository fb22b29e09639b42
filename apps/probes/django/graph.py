"""GraphQL by graphene, through a view of our own."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from graph_schema import schema


@csrf_exempt
def graphql(request: HttpRequest) -> HttpResponse:
    asked = json.loads(request.body)
    result = schema.execute(asked["query"], variable_values=asked.get("variables"))
    return JsonResponse(result.formatted)
