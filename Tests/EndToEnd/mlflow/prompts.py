"""Prompts, which are registered models of a kind of their own."""

import mlflow
from mlflow import MlflowClient

mlflow.set_experiment("prompts")
first = mlflow.genai.register_prompt("greeting", "Hello {{name}}", commit_message="first", tags={"tone": "warm"})
second = mlflow.genai.register_prompt("greeting", "Hi {{name}}")
assert (first.version, second.version) == (1, 2)
assert mlflow.genai.load_prompt("greeting", version=1).format(name="Ada") == "Hello Ada"

mlflow.genai.set_prompt_alias("greeting", alias="live", version=2)
assert mlflow.genai.load_prompt("prompts:/greeting@live").template == "Hi {{name}}"
mlflow.genai.delete_prompt_alias("greeting", alias="live")

chat = mlflow.genai.register_prompt("chat", [{"role": "user", "content": "Ask {{what}}"}])
assert chat.format(what="why")[0]["content"] == "Ask why"

assert sorted(prompt.name for prompt in mlflow.genai.search_prompts()) == ["chat", "greeting"]
MlflowClient().create_registered_model("a-model")
names = {model.name for model in MlflowClient().search_registered_models()}
assert "a-model" in names and not names & {"chat", "greeting"}, names


@mlflow.trace
def greet(name):
    return mlflow.genai.load_prompt("greeting", version=1).format(name=name)


greet("Ada")
mlflow.flush_trace_async_logging()
found = mlflow.search_traces(filter_string="prompt = 'greeting/1'", return_type="list")
assert len(found) == 1
