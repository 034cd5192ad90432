// Two people, one task, one conversation: `node build/walk.js http://127.0.0.1:8000`.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./build/schema.js";

type Task = components["schemas"]["Task"];
const site = process.argv[2] ?? "http://127.0.0.1:8000";
const run = Date.now().toString(36);

/** The data of a successful answer; the server's own sentence is thrown otherwise. */
function ok<Data>(answer: { data?: Data; error?: { error: string } }): Data {
  if (answer.error || answer.data === undefined) {
    throw new Error(answer.error?.error ?? "no data");
  }
  return answer.data;
}

async function register(name: string) {
  const body = {
    username: `${name}_${run}`,
    email: `${name}.${run}@example.com`,
    password: "river-stone-lamp-42",
  };
  const client = createClient<paths>({ baseUrl: site });
  const joined = ok(await client.POST("/api/auth/register", { body }));
  // Where addresses are confirmed first, the answer is 202 and has no token.
  if (!("token" in joined)) throw new Error(joined.message);
  const { token, user } = joined;
  const headers = { Authorization: `Bearer ${token}` };
  return { user, api: createClient<paths>({ baseUrl: site, headers }) };
}

const [asker, helper] = [await register("asker"), await register("helper")];

const form = {
  title: "Carry a sofa",
  description: "From the third floor, without a lift.",
  category: "moving",
  latitude: 56.9673,
  longitude: 24.1336,
  budget: 40,
} as const;
const task: Task = ok(await asker.api.POST("/api/tasks", { body: form })).task;
assert.equal(task.status, "open");
// @ts-expect-error: a status is one of the known ones
task.status = "forgotten";

const path = { id: task.id };
const applied = await helper.api.POST("/api/tasks/{id}/apply", {
  params: { path },
  body: { message: "On Saturday morning?" },
});
const application = ok(applied).application;
const accepted = await asker.api.POST(
  "/api/tasks/{id}/applications/{application_id}/accept",
  { params: { path: { ...path, application_id: application.id } } },
);
assert.equal(ok(accepted).task.assigned_to_id, helper.user.id);

const started = await asker.api.POST("/api/messages/conversations", {
  body: { user_id: helper.user.id, message: "Saturday is fine.", task_id: task.id },
});
const conversation = { id: ok(started).conversation.id };
const answered = await helper.api.POST("/api/messages/conversations/{id}/messages", {
  params: { path: conversation },
  body: { content: "See you then." },
});
assert.equal(ok(answered).message.sender_id, helper.user.id);
const listed = await asker.api.GET("/api/messages/conversations/{id}/messages", {
  params: { path: conversation },
});
const contents = ok(listed).messages.map((message) => message.content);
assert.deepEqual(contents, ["Saturday is fine.", "See you then."]);

const refused = await asker.api.POST("/api/tasks/{id}/apply", { params: { path } });
assert.equal(refused.error?.code, "not_allowed");
console.log(`Accepted and chatted: task ${task.id}, ${listed.response.status}.`);
