from typing import Any

from slipway.models.inspection.operations import Operations


def test_every_operation_of_the_list_exists_in_tensorflow() -> None:
    from tensorflow.core.framework import op_def_pb2 as untyped_op_def_pb2
    from tensorflow.python.client import pywrap_tf_session as untyped_session

    op_def_pb2: Any = untyped_op_def_pb2
    session: Any = untyped_session
    registered = op_def_pb2.OpList()
    registered.ParseFromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
    known = {operation.name for operation in registered.op}
    listed = Operations.load()
    assert listed.allowed | listed.saver_only | set(listed.dangers) <= known


def test_what_touches_files_network_or_python_is_not_allowed() -> None:
    listed = Operations.load()
    assert listed.changing <= listed.allowed, "there is a place for them"
    assert not listed.allowed & (listed.saver_only | set(listed.dangers))
    words = (
        "File",
        "Save",
        "Restore",
        "Py",
        "Print",
        "Rpc",
        "Send",
        "Recv",
        "Dataset",
        "Iterator",
        "Queue",
        "Reader",
        "Random",
    )
    assert [name for name in listed.allowed for word in words if word in name] == []


def test_a_refusal_says_why() -> None:
    assert Operations.load().reason("ReadFile") == "it reads files"
    assert "not in the list" in Operations.load().reason("SomethingNew")
