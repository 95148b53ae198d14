// Signs in: `auth` alone makes tokens, so it is asked first; then /admin/session/ keeps the token where no script can read it.
"use strict";

const form = document.querySelector("form[data-back]");
const message = document.querySelector("#message");
const button = form.querySelector("button");

const send = (url, body) =>
  fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

// What went wrong, in the server's own words where it has some.
const reason = async (answer) => {
  const body = await answer.json().catch(() => ({}));
  return body.detail ?? Object.values(body).flat()[0] ?? `The shop answered ${answer.status}. Please try again.`;
};

const signIn = async () => {
  const { email, password } = Object.fromEntries(new FormData(form));
  const login = await send("/auth/jwt/create/", { email, password });
  if (!login.ok) throw new Error(await reason(login));
  const { access } = await login.json();
  const session = await send("/admin/session/", { access });
  if (!session.ok) throw new Error(await reason(session));
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
    form.elements.password.select();
  }
});
