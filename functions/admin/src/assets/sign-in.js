// Signs in: gets a token from `auth`, and sends it to /admin/session/, which stores it where no script can read it.
"use strict";

const form = document.querySelector("form[data-back]");
const message = document.querySelector("#message");
const button = form.querySelector("button");
const code = document.querySelector("#otp");

const send = (url, body) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// What went wrong, in the server's own words where it has some, and the field to try again in.
const failure = async (answer) => {
  const body = await answer.json().catch(() => ({}));
  const words = body.detail ?? Object.values(body).flat()[0] ?? `The shop answered ${answer.status}. Please try again.`;
  const isAboutCode = body.code === "otp_required" || body.code === "otp_not_valid";
  return Object.assign(new Error(words), { field: isAboutCode ? "otp" : "password" });
};

const signIn = async () => {
  const { email, password, otp } = Object.fromEntries(new FormData(form));
  const login = await send("/auth/jwt/create/", otp ? { email, password, otp } : { email, password });
  if (!login.ok) throw await failure(login);
  const { access } = await login.json();
  const session = await send("/admin/session/", { access });
  if (!session.ok) throw await failure(session);
  location.replace(form.dataset.back);
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  message.hidden = true;
  try {
    await signIn();
  } catch (error) {
    message.textContent = error.message;
    message.hidden = false;
    button.disabled = false;
    if (error.field === "otp") code.hidden = false;
    form.elements[error.field ?? "password"].select();
  }
});
