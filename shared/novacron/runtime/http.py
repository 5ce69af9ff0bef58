"""HTTP in and out: one resolver a function, every failure a problem, no traceback to a caller."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import ServiceError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from novacron import errors
from novacron.runtime import problems
from novacron.runtime.aws import missing_permission
from novacron.runtime.logging import logger
from novacron.runtime.metrics import count

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def api() -> APIGatewayRestResolver:
    """A resolver whose requests are validated and whose failures are RFC 9457 problems."""
    app = APIGatewayRestResolver(enable_validation=True)

    def reply(problem: problems.Problem, headers: dict[str, str] | None = None) -> Response[str]:
        return Response(
            status_code=problem.status,
            content_type=problems.CONTENT_TYPE,
            body=problem.model_dump_json(exclude_none=True),
            headers=headers or {},
        )

    def correlation() -> str | None:
        return app.current_event.request_context.request_id

    def invalid(error: RequestValidationError) -> Response[str]:
        return reply(problems.invalid_request(error.errors(), correlation()))

    def known(error: errors.NovaCronError) -> Response[str]:
        logger().warning(error.detail, code=error.code)
        return reply(problems.problem(error, correlation()), problems.headers(error))

    def routing(error: ServiceError) -> Response[str]:
        status = HTTPStatus(error.status_code)
        kind = errors.NotFound if status == HTTPStatus.NOT_FOUND else errors.InvalidSpec
        shown = problems.problem(kind(str(error.msg)), correlation())
        return reply(shown.model_copy(update={"status": int(status), "title": status.phrase}))

    def unknown(error: Exception) -> Response[str]:
        logger().error("unexpected error", exc_info=error)
        lacking = missing_permission(error)
        hidden = errors.NovaCronError(
            f"This function's role lacks {lacking}."
            if lacking
            else "Something failed on our side.",
            remedy="Quote the correlation id when you report it.",
        )
        return reply(problems.problem(hidden, correlation()))

    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(errors.NovaCronError)(known)
    app.exception_handler(ServiceError)(routing)
    app.exception_handler(Exception)(unknown)
    return app


def entry(app: APIGatewayRestResolver) -> Handler:
    """The deployed handler of ``app``: logs carry tenant and request id from the first line."""

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request = event.get("requestContext") or {}
        authorizer = request.get("authorizer") or {}
        log = logger()
        log.clear_state()
        log.append_keys(correlation_id=request.get("requestId"), tenant=authorizer.get("tenant"))
        reply = app.resolve(event, context)
        count("Requests", Status=f"{int(reply['statusCode']) // 100}xx")
        return reply

    return handler
