"""The state's shape."""

from sandbox.plugins.kubernetes import checkpoint
from sandbox.plugins.wire import Secret

SECRET = {"apiVersion": "v1", "kind": "Secret", "data": {"p": "eA=="}}


def test_the_state_is_the_live_object_with_the_inputs_beside_it() -> None:
    inputs = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": "1"}}
    live = {**inputs, "metadata": {"uid": "1"}}
    state = checkpoint.recorded(inputs, live, inputs, "v1", "pulumi-kubernetes-1")
    assert state == {**live, "__inputs": inputs, "__initialApiVersion": "v1", "__fieldManager": "pulumi-kubernetes-1"}
    assert checkpoint.split(state) == (inputs, live)


def test_what_a_secret_holds_is_secret_even_if_the_program_did_not_say_so() -> None:
    state = checkpoint.recorded(SECRET, SECRET, SECRET, "v1", "m")
    assert state["data"] == state["__inputs"]["data"] == Secret({"p": "eA=="})
    assert checkpoint.inputs_of(SECRET, SECRET)["data"] == Secret({"p": "eA=="})
    assert checkpoint.split(state) == (SECRET, SECRET)


def test_a_secret_value_is_one_in_every_place_where_it_comes_back() -> None:
    model = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"k": Secret("x"), "l": "y"}}
    plain = checkpoint.object_of(model)
    state = checkpoint.recorded(plain, {**plain, "metadata": {"uid": "1"}}, model, "v1", "m")
    assert state["data"] == state["__inputs"]["data"] == {"k": Secret("x"), "l": "y"}


def test_a_copy_that_kubectl_kept_of_a_secret_is_secret_too() -> None:
    kept = {checkpoint.LAST_APPLIED: '{"data":{"p":"eA=="}}', "team": "a"}
    hidden = {checkpoint.LAST_APPLIED: Secret('{"data":{"p":"eA=="}}'), "team": "a"}
    live = {**SECRET, "metadata": {"annotations": kept}}
    assert checkpoint.recorded(SECRET, live, {}, "v1", "m")["metadata"]["annotations"] == hidden
    other = {"kind": "ConfigMap", "metadata": {"annotations": kept}}
    assert (
        checkpoint.recorded(other, other, {"data": {"k": Secret("x")}}, "v1", "m")["metadata"]["annotations"] == hidden
    )
    assert checkpoint.recorded(other, other, {}, "v1", "m")["metadata"]["annotations"] == kept


def test_keys_of_schemas_have_underscores_in_the_state_and_dashes_on_the_way() -> None:
    dashed = {"spec": {"schema": [{"x-kubernetes-int-or-string": True}]}}
    underscored = {"spec": {"schema": [{"x_kubernetes_int_or_string": True}]}}
    assert checkpoint.inputs_of(dashed, {}) == underscored
    assert checkpoint.object_of(underscored) == dashed
