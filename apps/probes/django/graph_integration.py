"""GraphQL by graphene, through the package made for this framework."""

from django.views.decorators.csrf import csrf_exempt
from graphene_django.views import GraphQLView

from graph_schema import schema


graphql = csrf_exempt(GraphQLView.as_view(schema=schema))
