"""The same small schema in all three."""

import graphene


class Row(graphene.ObjectType):
    id = graphene.Int(required=True)
    squares = graphene.List(graphene.Int, up_to=graphene.Int(required=True))

    def resolve_squares(self, info: graphene.ResolveInfo, up_to: int) -> list[int]:
        return [number * number for number in range(1, up_to + 1)]


class Query(graphene.ObjectType):
    row = graphene.Field(Row, id=graphene.Int(required=True))

    def resolve_row(self, info: graphene.ResolveInfo, id: int) -> Row:
        return Row(id=id)


schema = graphene.Schema(query=Query)
