"""The endpoints of DLI: Flink jobs, their tags, and queues. Thin: parse, call, answer."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, g, jsonify, request

from pulumi_dli.local import bodies, jobs, queues, tags, verbs, view
from pulumi_dli.local.errors import BatchRefusal, Refusal, bad_parameter, not_allowed
from pulumi_dli.local.records import find, parse_id
from pulumi_dli.local.validation import LARGE, check_list, check_number, check_object, check_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_dli.local.service import Service

NO_CONTENT = 204
MOST_ROWS = 1000
DELETED = "The job is deleted successfully."


def blueprint(service: Service) -> Blueprint:
    """All routes under a project."""
    routes = Blueprint("dli", __name__)
    _definitions(routes, service)
    _verbs(routes, service)
    _tags(routes, service)
    _queues(routes, service)
    return routes


def _definitions(routes: Blueprint, service: Service) -> None:
    identity = service.identity

    @routes.post("/v1.0/<project>/streaming/flink-jobs")
    def create(project: str) -> Response:
        with service.change() as moment:
            job = jobs.create(moment, project, identity.user, json_body())
        created = {"job_id": job.id, "status_name": job.status, "status_desc": ""}
        return _success("A Flink job is created successfully.", job=created)

    @routes.put("/v1.0/<project>/streaming/flink-jobs/<job_id>")
    def update(project: str, job_id: str) -> Response:
        with service.change() as moment:
            job = jobs.update(moment, project, parse_id(job_id), json_body())
        updated = {"update_time": job.update_time}
        return _success("The Flink job is updated successfully.", job=updated)

    @routes.get("/v1.0/<project>/streaming/jobs/<job_id>")
    def details(project: str, job_id: str) -> Response:
        with service.look() as moment:
            job = find(moment.db, project, parse_id(job_id))
            return _success(
                "Job detail query succeeds.", job_detail=view.detail(moment, job, identity)
            )

    @routes.get("/v1.0/<project>/streaming/jobs")
    def list_jobs(project: str) -> Response:
        with service.look() as moment:
            total, page, full = jobs.listed(moment, project, request.args.to_dict())
            rows = [view.row(moment, job, identity, show_detail=full) for job in page]
        for fault in g.faults:
            if fault.kind == "poor_rows":
                rows = [view.poor(row, str(fault.options["lacks"])) for row in rows]
        job_list = {"total_count": total, "jobs": rows}
        return _success("Querying of the job list succeeds.", job_list=job_list)

    @routes.delete("/v1.0/<project>/streaming/jobs/<job_id>")
    def delete(project: str, job_id: str) -> Response:
        with service.change() as moment:
            jobs.delete(moment, project, parse_id(job_id))
        return _success(DELETED)

    @routes.post("/v1.0/<project>/streaming/jobs/delete")
    def delete_batch(project: str) -> Response:
        with _in_array(), service.change() as moment:
            body = check_object("body", json_body(), "job_ids")
            found = [find(moment.db, project, job_id) for job_id in verbs.job_ids(body)]
            for job in found:
                jobs.delete(moment, project, job.id)
        return jsonify([{"is_success": "true", "message": DELETED} for _ in found])

    @routes.get("/v1.0/<project>/streaming/jobs/<job_id>/execute-graph")
    def execute_graph(project: str, job_id: str) -> Response:
        with service.look() as moment:
            job = find(moment.db, project, parse_id(job_id))
            if job.start_time is None:
                # Chosen: the documents do not say what a job that never ran answers.
                raise not_allowed(f"The job {job.name} has not run: there is no execution plan.")
            return _success(
                "Querying the job execution graph succeeds.", execute_graph=view.graph(moment, job)
            )


def _verbs(routes: Blueprint, service: Service) -> None:
    @routes.post("/v1.0/<project>/streaming/jobs/run")
    def run(project: str) -> Response:
        with _in_array(), service.change() as moment:
            return jsonify(verbs.run(moment, project, json_body(), g.faults))

    @routes.post("/v1.0/<project>/streaming/jobs/stop")
    def stop(project: str) -> Response:
        with _in_array(), service.change() as moment:
            return jsonify(verbs.stop(moment, project, json_body(), g.faults))

    @routes.post("/v1.0/<project>/streaming/jobs/<job_id>/savepoint")
    def savepoint(project: str, job_id: str) -> Response:
        with service.change() as moment:
            verbs.savepoint(moment, project, parse_id(job_id), json_body(), g.faults)
        words = "The request for the savepoint is delivered successfully."
        return _success(json.dumps({"code": "api.msg.deal_savepoint_success", "message": words}))

    @routes.post("/v1.0/<project>/streaming/jobs/<job_id>/import-savepoint")
    def import_savepoint(project: str, job_id: str) -> Response:
        with service.change() as moment:
            verbs.import_savepoint(moment, project, parse_id(job_id), json_body())
        return _success("The savepoint is imported successfully.")


def _tags(routes: Blueprint, service: Service) -> None:
    @routes.get("/v3/<project>/dli_flink_job/<job_id>/tags")
    def job_tags(project: str, job_id: str) -> Response:
        with service.look() as moment:
            job = find(moment.db, project, parse_id(job_id))
            return jsonify({"tags": _page(tags.get(moment, job.id))})

    @routes.post("/v3/<project>/dli_flink_job/<job_id>/tags/create")
    def create_tags(project: str, job_id: str) -> tuple[str, int]:
        with service.change() as moment:
            job = find(moment.db, project, parse_id(job_id))
            body = check_object("body", json_body(), "tags")
            tags.put(moment, job.id, tags.parse("tags", body.get("tags")))
        return "", NO_CONTENT

    @routes.post("/v3/<project>/dli_flink_job/<job_id>/tags/delete")
    def delete_tags(project: str, job_id: str) -> tuple[str, int]:
        with service.change() as moment:
            job = find(moment.db, project, parse_id(job_id))
            body = check_object("body", json_body(), "tags")
            tags.drop(moment, job.id, tags.parse_keys("tags", body.get("tags")))
        return "", NO_CONTENT

    @routes.get("/v3/<project>/dli_flink_job/tags")
    def project_tags(project: str) -> Response:
        with service.look() as moment:
            return jsonify({"tags": _page(tags.of_project(moment, project))})

    @routes.post("/v3/<project>/dli_flink_job/resource-instances/filter")
    def filter_by_tags(project: str) -> Response:
        with service.look() as moment:
            found = tags.resources(moment, project, _filter())
            return jsonify({"resources": _page(found), "total_count": len(found)})

    @routes.post("/v3/<project>/dli_flink_job/resource-instances/count")
    def count_by_tags(project: str) -> Response:
        with service.look() as moment:
            return jsonify({"total_count": len(tags.resources(moment, project, _filter()))})


def _queues(routes: Blueprint, service: Service) -> None:
    owner = service.identity.user

    @routes.post("/v1.0/<project>/dli/obs-authorize")
    def authorize(project: str) -> Response:
        del project  # here every bucket may be used
        body = check_object("body", json_body(), "obs_buckets")
        buckets = [
            check_text("obs_buckets", name)
            for name in check_list("obs_buckets", body.get("obs_buckets"))
        ]
        if not buckets:
            raise bad_parameter("obs_buckets", "at least one bucket is expected")
        words = "The following OBS bucket is authorized successfully"
        return _success(f"{words}, {', '.join(buckets)}.")

    @routes.get("/v3/<project>/elastic-resource-pools")
    def list_pools(project: str) -> Response:
        del project
        with service.look() as moment:
            found = queues.pools(moment)
        return jsonify(
            {
                "is_success": True,
                "message": "",
                "count": len(found),
                "elastic_resource_pools": found,
            }
        )

    @routes.get("/v1.0/<project>/queues")
    def list_queues(project: str) -> Response:
        del project
        kind = request.args.get("queue_type", "sql")
        if kind not in {"sql", queues.GENERAL, "all"}:
            raise bad_parameter("queue_type", "sql, general or all is expected")
        with service.look() as moment:
            found = queues.every(moment) if kind != "sql" and not request.args.get("tags") else []
            rows = [queue.row(owner, queues.used_cus(moment, queue.name)) for queue in found]
        size = check_number(request.args, "page-size", max(len(rows), 1), LARGE)
        first = (check_number(request.args, "current-page", 1, LARGE) - 1) * size
        if request.args.get("order", "").endswith("desc"):
            rows.reverse()
        page = rows[max(first, 0) :][:size]
        return jsonify({"is_success": True, "message": "", "queues": page})

    @routes.get("/v1.0/<project>/queues/<queue_name>")
    def queue(project: str, queue_name: str) -> Response:
        del project
        with service.look() as moment:
            found = queues.find(moment, queue_name)
        return jsonify({"is_success": True, "message": "", **found.detail(owner)})


def json_body() -> dict[str, Any]:
    """The JSON object that a request brings.

    Raises:
        Refusal: DLI.0001, it brings none.
    """
    try:
        return bodies.read(request.get_data(cache=True))
    except ValueError as error:
        raise bad_parameter("body", str(error)) from None


def _page(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows that `limit` and `offset` ask for. Chosen: at most a thousand."""
    limit = check_number(request.args, "limit", MOST_ROWS, MOST_ROWS)
    return rows[check_number(request.args, "offset", 0, LARGE) :][:limit]


def _filter() -> dict[str, Any]:
    return check_object("body", json_body(), "tags", "matches", "without_any_tag")


def _success(message: str, **parts: Any) -> Response:
    return jsonify({"is_success": "true", "message": message, **parts})


@contextmanager
def _in_array() -> Iterator[None]:
    """Refusals inside answer in an array, as batch calls do."""
    try:
        yield
    except Refusal as refusal:
        raise BatchRefusal(refusal.code, refusal.text) from None
