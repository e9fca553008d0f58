// The official Node library, unmodified, against a running Ringback. It is told by one line of JSON on stdin where
// things are, and says what it got by one line of JSON on stdout.
"use strict";
const twilio = require("twilio");

async function main({ base, account, token, number, phone, app, application }) {
  const client = twilio(account, token);
  client.api.baseUrl = base;

  const made = await client.calls.create({
    to: phone,
    from: number,
    url: app + "/voice",
    statusCallback: app + "/events",
    statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
  });
  const answered = await until(client, made.sid, "in-progress");
  const moved = await client.calls(made.sid).update({ twiml: new twilio.twiml.VoiceResponse() });
  const over = await until(client, made.sid, "completed");
  const listed = await client.calls.list({ to: phone, status: "completed", limit: 10, pageSize: 1 });
  const events = await client.calls(made.sid).events.list();
  const held = await client.calls.create({ to: phone, from: number, twiml: "<Response><Gather timeout='60'/></Response>" });
  await until(client, held.sid, "in-progress");
  const ended = await client.calls(held.sid).update({ status: "completed" });
  const deleted = await client.calls(held.sid).remove();
  const gone = await failure(client.calls(held.sid).fetch());
  const refused = await failure(client.calls.create({ to: phone, from: number }));

  const desk = await client.applications.create({ friendlyName: application, voiceUrl: app + "/voice" });
  const renamed = await client.applications(desk.sid).update({ friendlyName: application + " 2" });
  const found = await client.applications.list({ friendlyName: application + " 2" });
  const removed = await client.applications(desk.sid).remove();
  const queues = await client.queues.list();

  return {
    made: { sid: made.sid, status: made.status, direction: made.direction, from: made.fromFormatted },
    answered: { startTime: answered.startTime instanceof Date },
    moved: moved.status,
    over: { duration: over.duration, price: over.price },
    listed: listed.map((call) => call.sid),
    events: events.map((event) => event.request.url),
    ended: ended.status,
    deleted,
    gone,
    refused,
    application: { renamed: renamed.friendlyName, found: found.map((one) => one.sid === desk.sid), removed },
    queues: Array.isArray(queues),
  };
}

async function until(client, sid, status) {
  for (let tries = 0; tries < 100; tries++) {
    const call = await client.calls(sid).fetch();
    if (call.status === status) return call;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`call ${sid} did not become ${status}`);
}

async function failure(promise) {
  return promise.then(
    () => null,
    (error) => ({ status: error.status, code: error.code, message: error.message })
  );
}

let text = "";
process.stdin.on("data", (chunk) => (text += chunk));
process.stdin.on("end", () =>
  main(JSON.parse(text)).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
      console.error(error);
      process.exit(1);
    }
  )
);
