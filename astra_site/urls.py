"""Every address of the site; each app draws its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from astra_site import views

# The back office has no door of its own: one log-in, with its limits and its second
# step, for everything.
admin.site.login = secure_admin_login(admin.site.login)
admin.site.site_header = "ASTRA: administración"
admin.site.site_title = "ASTRA"
admin.site.index_title = "Lo que se guarda"

account_urls = [
    path("", views.account, name="account"),
    path("email/", views.email_is_the_name),
    path("", include("allauth.urls")),
]

urlpatterns = [
    path("", include("actas.urls")),
    path("", include("sessions.urls")),
    path("", include("councils.urls")),
    path("cuenta/", include(account_urls)),
    path("apariencia/", views.theme, name="theme"),
    path("estado/", views.status, name="status"),
    path("salud/", views.health, name="health"),
    path("admin/", admin.site.urls),
]
