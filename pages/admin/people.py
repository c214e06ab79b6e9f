"""People: who may sign in, and what they see."""

from core.people import accounts
from pages.components import cached, errors, frame, people_list, session

frame.head("People")
people_list.show_new_password()
with errors.boundary():
    people_list.add_form()
people_list.draw(accounts.everyone(cached.database(), session.person()))
