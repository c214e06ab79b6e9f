"""What runs first on every visit: style, the gate, the navigation, then the page inside the error boundary."""

import streamlit as st

from pages.components import cached, errors, frame, navigation, screen, session, sign_in

cached.begin_run()
account = sign_in.signed_in()
if account is None:
    navigation.keep_address()
    sign_in.draw_form()
if account.must_change_password:
    frame.configure("Choose your own password", wide=False)
    with errors.boundary():
        sign_in.change_password_page(account)
    st.stop()

frame.configure(cached.settings().brand)
page = navigation.choose(account.person)
screen.watch()  # after the navigation: its answer runs the page of this address anew, which must be known by then
frame.title(page.title)
session.enter(page.url_path)
session.show_notice()
with errors.boundary():
    page.run()
with errors.boundary():
    navigation.draw_footer()
