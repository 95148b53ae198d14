// Signs in: gets a token from `auth`, and sends it to /admin/session/, which stores it where no script can read it. Before that, users who
// have to set up a second factor do so here.
"use strict";

const form = document.querySelector("form[data-back]");
const message = document.querySelector("#message");
const button = form.querySelector("button");
const code = document.querySelector("#otp");
const element = (id) => document.getElementById(id);

// Token of a user who sets up the second factor; undefined before that.
let settingUp;

const send = (url, body, token) => {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
};

// What went wrong, in the server's own words where it has some, and the field to try again in.
const failure = async (answer) => {
  const body = await answer.json().catch(() => ({}));
  const words = body.detail ?? Object.values(body).flat()[0] ?? `The shop answered ${answer.status}. Please try again.`;
  const isAboutCode = settingUp || body.code === "otp_required" || body.code === "otp_not_valid";
  return Object.assign(new Error(words), { field: isAboutCode ? "otp" : "password", code: body.code });
};

const beginSession = async (access) => {
  const session = await send("/admin/session/", { access });
  if (!session.ok) throw await failure(session);
  location.replace(form.dataset.back);
};

const signIn = async () => {
  const { email, password, otp } = Object.fromEntries(new FormData(form));
  const login = await send("/auth/jwt/create/", otp ? { email, password, otp } : { email, password });
  if (!login.ok) throw await failure(login);
  const { access } = await login.json();
  try {
    await beginSession(access);
  } catch (error) {
    if (error.code !== "second_factor_required") throw error;
    await showSetUp(access, password);
  }
};

const showSetUp = async (access, password) => {
  const setUp = await send("/auth/totp/", { current_password: password }, access);
  if (!setUp.ok) throw await failure(setUp);
  const { secret, uri } = await setUp.json();
  settingUp = access;
  element("totp-key").textContent = secret.match(/.{1,4}/g).join(" ");
  element("totp-link").href = uri;
  element("credentials").hidden = true;
  element("set-up").hidden = false;
  code.hidden = false;
  button.textContent = "Confirm";
  button.disabled = false;
  form.elements.otp.value = "";
  form.elements.otp.focus();
};

const confirmCode = async () => {
  const confirmed = await send("/auth/totp/confirm/", { code: form.elements.otp.value }, settingUp);
  if (!confirmed.ok) throw await failure(confirmed);
  const { recovery_codes } = await confirmed.json();
  element("recovery-codes").textContent = recovery_codes.join("\n");
  form.hidden = true;
  element("recovery").hidden = false;
  element("go-on").focus();
};

const show = (error) => {
  message.textContent = error.message;
  message.hidden = false;
  button.disabled = false;
  if (error.field === "otp") code.hidden = false;
};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  message.hidden = true;
  try {
    await (settingUp ? confirmCode() : signIn());
  } catch (error) {
    show(error);
    form.elements[error.field ?? "password"].select();
  }
});

element("go-on").addEventListener("click", () => beginSession(settingUp).catch(show));
