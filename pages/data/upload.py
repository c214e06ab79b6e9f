"""Upload: is this file right? One file is one card, and nothing is stored before a person says so."""

from pages.components import frame, remembered, upload_cards, uploading

frame.head("Upload", "Any vendor's file, any layout. It is read and proven first; nothing is stored before you say so.")
uploading.drop_zone()
uploading.worker_notice()
upload_cards.all_current()
remembered.draw()
