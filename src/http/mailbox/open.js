function open() {
  const form = document.forms[0];
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  history.replaceState(null, "", location.pathname);
  form.token.value = token;
  form.submit();
}
addEventListener("hashchange", open);
open();
