"""Routes that are read off a workflow table."""

from django.utils.translation import override
from rest_framework.decorators import action

from core.workflow import Transition, Workflow


def with_transitions(workflow: Workflow):
    """Give a viewset one POST route for each API row of `workflow`, and its aliases."""

    def decorate(viewset):
        for row in workflow:
            if not row.in_api or hasattr(viewset, row.method_name):
                continue  # a viewset may spell a row out, to answer with more
            names = (row.name, *row.aliases)
            for name in names:
                route = _route(workflow, row, name, alias=name != row.name)
                setattr(viewset, route.__name__, route)
                if row.input:
                    inputs = viewset.input_serializers | {route.__name__: row.input}
                    viewset.input_serializers = inputs
        return viewset

    return decorate


def _route(workflow: Workflow, row: Transition, name: str, *, alias: bool):
    def perform(self, request, *args, **kwargs):
        obj = self.get_object()
        workflow.refuse_strangers(row.name, obj, request.user)
        data = self.validated_input() if row.input else {}
        return self.write_response(
            row.done, workflow.run(row.name, obj, actor=request.user, **data)
        )

    perform.__name__ = name.replace("-", "_")
    same = f" The same as `{row.name}`." if alias else ""
    with override("en"):  # whoever's request loads the routes
        label = str(row.label)
    perform.__doc__ = f"{label}.{same}\n\nWhile it is {' or '.join(row.source)}."
    return action(detail=True, methods=["post"], url_path=name)(perform)
