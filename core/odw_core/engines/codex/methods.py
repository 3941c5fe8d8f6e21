"""The requests of an app server that a person answers, by the method that each comes with."""

from __future__ import annotations

COMMAND = "item/commandExecution/requestApproval"
PATCH = "item/fileChange/requestApproval"
FORM = "item/tool/requestUserInput"
PERMISSIONS = "item/permissions/requestApproval"
ELICITATION = "mcpServer/elicitation/request"
